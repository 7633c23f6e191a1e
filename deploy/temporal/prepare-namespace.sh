#!/bin/sh
# Waits for the server, then creates the namespace and the search attributes that meshlift sets.
# Safe to run again.
set -eu

waited=0
until temporal operator cluster health >/dev/null 2>&1; do
  waited=$((waited + 2))
  if [ "$waited" -gt 120 ]; then
    echo "the Temporal server at $TEMPORAL_ADDRESS did not become healthy within 120 s" >&2
    exit 1
  fi
  sleep 2
done

# Retention is how long the history of an ended run can be looked at.
if ! temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 30d
fi

until temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; do
  sleep 1
done
temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" \
  --name MeshCluster --type Keyword \
  --name MeshTarget --type Keyword \
  --name MeshPhase --type Keyword \
  --name MeshAwaitingApproval --type Bool
