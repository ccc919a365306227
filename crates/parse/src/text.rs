//! Text in the encodings in which Windows machines write it.
