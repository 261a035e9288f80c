//! A database that fails when it is told to, over the real one.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use antler_store::{
    StoreError,
    tables::{Session, Tables},
};

/// Whether a failing statement is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fails {
    /// It is not.
    Before,
    /// It is; only the answer is lost.
    After,
}

/// When to fail: counts statements down, and fails at zero and ever after.
#[derive(Clone)]
pub struct Fuse {
    left: Arc<AtomicI64>,
    fails: Fails,
    lasts: Lasts,
}

/// How long a failure lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lasts {
    /// For ever, as when the process has died.
    ForEver,
    /// For one statement.
    Once,
}

impl Fuse {
    pub fn after(statements: i64, fails: Fails) -> Self {
        Self { left: Arc::new(AtomicI64::new(statements)), fails, lasts: Lasts::ForEver }
    }

    /// The same fuse, as one that lets statements through again after the failing one.
    pub fn that_mends(&self) -> Self {
        Self { lasts: Lasts::Once, ..self.clone() }
    }

    /// Lets every statement fail from now on.
    pub fn blow(&self) {
        self.left.store(0, Ordering::SeqCst);
    }

    /// Lets every statement through from now on.
    pub fn mend(&self) {
        self.left.store(i64::MAX, Ordering::SeqCst);
    }

    pub fn has_blown(&self) -> bool {
        self.left.load(Ordering::SeqCst) < 0
    }

    /// Runs a statement unless the fuse has blown.
    fn run<T>(&self, statement: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
        let left = self.left.fetch_sub(1, Ordering::SeqCst);
        let failure = || Err(StoreError::Log("the fuse has blown".to_owned()));
        match (left, self.fails, self.lasts) {
            (1.., _, _) | (..0, _, Lasts::Once) => statement(),
            (0, Fails::After, _) => statement().and_then(|_| failure()),
            (_, _, _) => failure(),
        }
    }
}

pub struct FailingTables {
    pub inner: Arc<dyn Tables>,
    pub fuse: Fuse,
}

impl Tables for FailingTables {
    fn session(&self) -> Result<Box<dyn Session>, StoreError> {
        Ok(Box::new(FailingSession { inner: self.inner.session()?, fuse: self.fuse.clone() }))
    }
}

struct FailingSession {
    inner: Box<dyn Session>,
    fuse: Fuse,
}

impl Session for FailingSession {
    fn query(&mut self, statement: &str, format: &str) -> Result<Vec<u8>, StoreError> {
        let Self { inner, fuse } = self;
        fuse.run(|| inner.query(statement, format))
    }

    fn insert(&mut self, statement: &str, format: &str, rows: &[u8]) -> Result<(), StoreError> {
        let Self { inner, fuse } = self;
        fuse.run(|| inner.insert(statement, format, rows))
    }
}
