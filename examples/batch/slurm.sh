#!/bin/bash
# Ranks questions.jsonl in four parts, as an array of Slurm jobs:
#
#   sbatch slurm.sh
#   llm-blender batch status ranked
#   llm-blender batch merge ranked --output ranked.jsonl
#
# What is killed, by the time limit or with its node, is submitted again and goes on: sbatch --array=2 slurm.sh
#SBATCH --job-name=rank
#SBATCH --array=0-3
#SBATCH --cpus-per-task=2
#SBATCH --mem=2G
#SBATCH --time=04:00:00
#SBATCH --output=rank-%a.log

# Not SLURM_ARRAY_TASK_COUNT: that is smaller when only a part of the array is submitted again.
SHARDS=4

# Shards are numbered from 0, as the array above is.
exec llm-blender batch rank --input questions.jsonl --job ranked --shard "$SLURM_ARRAY_TASK_ID/$SHARDS"
