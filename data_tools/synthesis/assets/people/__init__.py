"""Figures: body, pose, hair and hats, clothes, what they carry."""
