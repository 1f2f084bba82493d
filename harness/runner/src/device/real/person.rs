/// The person at a key.
pub trait Person: Send {
    /// The key called `name` waits for a touch. Said once for each request.
    fn asked(&mut self, name: &str);

    /// It waits no more.
    fn done(&mut self);
}

/// Nobody is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nobody;

impl Person for Nobody {
    fn asked(&mut self, _: &str) {}

    fn done(&mut self) {}
}
