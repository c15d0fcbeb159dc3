package conformance

const insideVariable = "SUNCODE_CONFORMANCE_PROGRAM"
