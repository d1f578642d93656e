#!/bin/sh
# Trains the ranker that ships with the package: train-small.sh DATA OUTPUT [OPTIONS]. The same command resumes.
set -e
data=${1:?names the folder with the data}
output=${2:?names the folder to write}
shift 2
PYTHONPATH="$(dirname "$0")${PYTHONPATH:+:$PYTHONPATH}"
export PYTHONPATH

train() {
  "${PYTHON:-python3}" -m ranker.train \
    --pairs "$data/pairs-train.jsonl.gz" --pools "$data/pool12-train.jsonl.gz" \
    --dev-pairs "$data/pairs-dev.jsonl.gz" --dev-pools "$data/pool12-dev.jsonl.gz" --shrinkage 0.4 "$@"
}

# Each report is written last.
if [ ! -f "$output/first/run/report.json" ]; then
  train --epochs 2.4 --shorter-wins 0.25 --network-share 0.6 --evaluate-every 600 --seed 1 --output "$output/first" "$@"
fi
if [ ! -f "$output/second/run/report.json" ]; then
  train --base "$output/first" --steps 0 --refine 100 --seed 2 --output "$output/second" "$@"
fi
train --base "$output/second" --steps 0 --network-share 1.125 --length-weight 0.65 --length-from 16 --output "$output" "$@"
