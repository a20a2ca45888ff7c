#!/bin/sh
# Stands for a distributor; never run.
exit 1
