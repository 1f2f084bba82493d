//! The page that calls the client.

/// The page that calls the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its origin, the one that goes into the client data.
    pub origin: String,
    /// The top-level page's origin, where the page is in a frame.
    pub top_origin: Option<String>,
    /// The `Origin` header of its requests; the same origin if `None`. Empty: no header.
    pub http_origin: Option<String>,
}

impl Page {
    /// A top-level page of `origin`.
    pub fn new(origin: &str) -> Self {
        Self { origin: origin.to_owned(), top_origin: None, http_origin: None }
    }

    /// Whether it is in a frame of another origin.
    pub fn is_cross_origin(&self) -> bool {
        self.top_origin.as_ref().is_some_and(|top| *top != self.origin)
    }
}
