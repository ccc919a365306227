# What `parse-text` says.
