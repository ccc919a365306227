//! Why there is no bundle.

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The computer says nothing of itself.
    #[error(transparent)]
    Machine(#[from] machine::Error),
    /// The bundle cannot be written.
    #[error("could not write the bundle: {0}")]
    Write(#[from] std::io::Error),
    /// The archive cannot be written.
    #[error("could not write the bundle: {0}")]
    Zip(#[from] zip::result::ZipError),
    /// A record cannot be written as JSON.
    #[error("could not write a record: {0}")]
    Json(#[from] serde_json::Error),
}
