"""Robots of a stage: workflows, their steps, calls and answers."""
