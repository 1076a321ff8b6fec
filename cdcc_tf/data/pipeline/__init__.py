"""tf.data pipelines: records in, batches of both domains out."""
