"""Importing TensorFlow without the page of notices it greets with."""

import importlib
import os
import re
import sys
import tempfile

# Notes, the banner before them, and "no driver" on a machine without a GPU.
_NOTICE = re.compile(
  rb"I\d{4} "
  rb"|WARNING: All log messages before absl::InitializeLog"
  rb"|.*cuInit: UNKNOWN ERROR \(303\)"
)
_STDERR = 2


def import_tensorflow() -> None:
  """Imports TensorFlow and lets only warnings and errors through.

  TensorFlow 2.21 prints its first notices from compiled code, before it reads
  TF_CPP_MIN_LOG_LEVEL, so its standard error is caught and sifted. Whoever
  sets that variable sees everything.
  """
  if "TF_CPP_MIN_LOG_LEVEL" in os.environ or "tensorflow" in sys.modules:
    return
  os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"  # what comes later obeys it
  sys.stderr.flush()
  real = os.dup(_STDERR)
  with tempfile.TemporaryFile() as caught:
    os.dup2(caught.fileno(), _STDERR)
    try:
      tensorflow = importlib.import_module("tensorflow")
      # Looks for GPUs, and complains that there are none.
      tensorflow.config.list_physical_devices()
    finally:
      os.dup2(real, _STDERR)
      os.close(real)
      caught.seek(0)
      for line in caught:
        if not _NOTICE.match(line):
          os.write(_STDERR, line)
