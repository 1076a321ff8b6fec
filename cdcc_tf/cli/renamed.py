"""Options of earlier versions, and what they are called now."""

RENAMED = {
  "pseudo_keep_pictures": "pseudo_keep_images",
  "validation_pictures": "validation_images",
}
