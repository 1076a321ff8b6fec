"""Fitting one stage: checkpoints, validation, alarms, reports."""
