"""Full-text search over short texts in any language, tolerant of spelling."""
