#!/bin/sh
# All workloads of a namespace: restart them with one command, and wait for all of them with another.
# usage: restart-namespace.sh NAMESPACE KINDS
set -eu
kubectl --namespace "$1" rollout restart "$2"
kubectl --namespace "$1" rollout status "$2" --timeout=30m
