# Samples and what goes with them: packages, signatures, the hand-over to others.

cli-sample-packed = packed { $count ->
    [one] one sample
   *[other] { $count } samples
} into `{ $path }`, password `infected`
cli-sample-line = { $format }, { $length ->
    [one] 1 byte
   *[other] { $length } bytes
}: { $origin }
cli-sample-program = program
cli-sample-text = text
cli-sample-data = data
cli-cannot-pack = cannot put the package together: { $problem }
cli-no-finding = the evidence has no finding `{ $name }`
cli-hint-no-finding = `deminer check EVIDENCE --format json` lists the findings with their ids; a file is named by its path
cli-no-payload = nothing in `{ $named }` is a payload
cli-hint-no-payload = name a field of the finding, as `deminer check EVIDENCE --format json` shows it under `subject`, and a layer that `decoded` has
