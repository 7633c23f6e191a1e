#!/bin/sh
# One workload, as people's scripts have it: restart it, and wait until its rollout is through.
# usage: restart-one.sh NAMESPACE KIND/NAME
set -eu
kubectl --namespace "$1" rollout restart "$2"
kubectl --namespace "$1" rollout status "$2" --timeout=30m
