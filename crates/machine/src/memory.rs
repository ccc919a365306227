//! A computer in memory, on which every call can be made to fail.
