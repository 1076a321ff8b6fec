"""CrowdRecords on disk: shards, manifest, reader and writer."""
