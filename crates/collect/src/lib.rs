//! A computer to a bundle of evidence, in the order of volatility.
#![forbid(unsafe_code)]
