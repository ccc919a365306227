# What the readers of the files of a Windows disk say: the WMI repository, registry hives, files at their places.

## Files that are read together

note-set-lost = this is read only together with `{ $file }` of the same folder, which is missing; copy the whole folder
note-set-surplus = another file of this folder takes the same part and was read; put each copy into a folder of its own
note-set-held = the files of this bundle that are read together have more than { $limit } MiB, and this one was not read; name its folder alone

## WMI repository

note-repository-unreadable = the WMI repository cannot be read: { $reason }
note-repository-damaged = part of the WMI repository was not read, or not surely: { $reason }
note-repository-value = a value of `{ $object }` cannot be decoded: { $reason }
note-repository-overlap = the records of the WMI repository lie on top of each other, so not all of its classes were read; the file is damaged or was made to mislead
note-repository-unindexed = `{ $object }` lies in a page of the WMI repository that is in use, but the index does not lead to it as it should: the index is damaged or was changed, and the object counts as there
note-repository-fragment = an object of a subscription cannot be decoded; this text stands in it: { $text }

## Registry hives

note-hive-unreadable = the registry hive cannot be read: { $reason }
note-hive-damaged = part of the registry hive was not read: { $reason }
note-hive-unreplayed = the registry hive was copied while changes were on their way to it, and no transaction log brings them; copy its `.LOG1` and `.LOG2` along
note-hive-other = this registry hive is none of SYSTEM, SOFTWARE, SAM or a user's, and tells nothing here
note-hive-outdated = Windows put this hive aside, so it tells what was and was not read; name the file itself to read it
note-hive-tasks-cut = the registry hive holds more than { $limit } tasks; the rest was not read
note-hive-rules-cut = the registry hive holds more than { $limit } firewall rules that Windows did not bring; the rest was not read
note-hive-stores-cut = { $count } more values of the registry hive may hold a payload and were not judged: the { $limit } most telling ones were
note-hive-recovered = { $count } keys of the registry hive are no longer reached from its root, because it is damaged or they were deleted; what they say is told as the past
note-task-unread = this file lies where tasks are kept and is none that can be read
note-hosts-cut = the hosts file names more than { $limit } hosts; the rest was not read
note-policy-scripts-cut = only the first { $limit } scripts of the policy were read
