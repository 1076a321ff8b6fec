#!/usr/bin/env bash
# apache-beam 2.77.0: what `pip install apache-beam[tensorflow]` installs cannot
# import Beam's own TensorFlow model handlers, because the module imports
# tensorflow_hub at its top, and that is in another extra ("tensorflow-hub").
#
# Seen: "ModuleNotFoundError: No module named 'tensorflow_hub'".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q "apache-beam[tensorflow]==2.77.0" tensorflow==2.21.0
cat > handler.py <<'PY'
import apache_beam
import tensorflow

try:
  from apache_beam.ml.inference import tensorflow_inference

  raise SystemExit(f"imports now: {tensorflow_inference.TFModelHandlerTensor}")
except ModuleNotFoundError as error:
  print(
    f"apache-beam {apache_beam.__version__}, TensorFlow "
    f"{tensorflow.__version__}: ModuleNotFoundError: {error}"
  )
  assert error.name == "tensorflow_hub"
PY
venv/bin/python handler.py 2> log || { tail -5 log; exit 1; }
