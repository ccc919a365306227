# What `parse-wmic` says.
