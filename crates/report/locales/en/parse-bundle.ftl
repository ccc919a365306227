# What `parse-bundle` says.
