//! Bundles of every shape.
