"""Options of earlier versions: what each is called now, or what to do.

A value is the new name, or the end of a sentence that begins with the old one.
"""

RENAMED = {
  "pseudo_keep_pictures": "pseudo_keep_images",
  "pseudo_mirror": "was removed: it changed nothing (docs/results.md)",
  "validation_pictures": "validation_images",
}
