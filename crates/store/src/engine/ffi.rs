//! The C interface of the engine library, made safe: the only unsafe code of Antler.
//!
//! What is needed of `chdb.h` is declared once, in the list of [`Symbols`]. The declarations hold for
//! [`ENGINE_VERSION`] only, so a library of any other version is refused before a symbol of it
//! is used. Every handle of the library is owned by one value here, which frees it in `drop`:
//!
//! - a [`Library`] is never unloaded, because its threads may outlive every connection;
//! - a [`Connection`] runs one statement at a time, which `&mut self` states. It may move
//!   between threads: the engine ties nothing to the thread that opened it;
//! - answers and insert streams do not leave the method that made them.
//!
//! Errors are the library's own messages; what they mean is decided elsewhere.
#![expect(unsafe_code, reason = "calls a C library")]

use std::{
    error::Error,
    ffi::{CStr, CString, c_char, c_int, c_void},
    path::Path,
    ptr::{self, NonNull},
    slice,
};

use super::ENGINE_VERSION;

/// A type of the library that is only ever behind a pointer.
macro_rules! opaque {
    ($($name:ident)*) => {
        $(#[repr(C)] struct $name([u8; 0]);)*
    };
}

opaque! { RawConnection RawAnswer RawStream }

/// Declares functions of the library, and how to find them in it.
macro_rules! symbols {
    ($(fn $name:ident($($argument:ty),*) $(-> $answer:ty)?;)*) => {
        struct Symbols {
            $($name: unsafe extern "C" fn($($argument),*) $(-> $answer)?,)*
        }

        impl Symbols {
            /// # Safety
            /// The library must export these functions with these signatures.
            unsafe fn find(library: &libloading::Library) -> Result<Self, libloading::Error> {
                // SAFETY: the caller vouches for the signatures.
                unsafe { Ok(Self { $($name: *library.get(stringify!($name))?,)* }) }
            }
        }
    };
}

symbols! {
    fn chdb_set_signal_handlers_enabled(c_int);
    fn chdb_connect(c_int, *const *const c_char) -> *mut *mut RawConnection;
    fn chdb_close_conn(*mut *mut RawConnection);
    fn chdb_query_n(*mut RawConnection, *const u8, usize, *const u8, usize) -> *mut RawAnswer;
    fn chdb_result_error(*mut RawAnswer) -> *const c_char;
    fn chdb_result_buffer(*mut RawAnswer) -> *const u8;
    fn chdb_result_length(*mut RawAnswer) -> usize;
    fn chdb_destroy_query_result(*mut RawAnswer);
    fn chdb_stream_insert_n(*mut RawConnection, *const u8, usize, *const u8, usize) -> *mut RawStream;
    fn chdb_stream_insert_error(*mut RawStream) -> *const c_char;
    fn chdb_stream_append(*mut RawStream, *const c_void, usize) -> c_int;
    fn chdb_stream_done(*mut RawStream) -> *mut RawAnswer;
    fn chdb_destroy_insert_stream(*mut RawStream);
    fn chdb_shutdown() -> c_int;
}

unsafe extern "C" {
    #[link_name = "atexit"]
    safe fn libc_atexit(action: extern "C" fn()) -> c_int;
}

/// Runs a function when the process returns from `main` or calls `exit`.
pub(super) fn at_exit(action: extern "C" fn()) {
    // It fails for want of memory only, and then the process merely ends less well.
    let _: c_int = libc_atexit(action);
}

/// The engine library, loaded for the rest of the process.
pub(super) struct Library(Symbols);

impl Library {
    /// Loads a library and checks that it is the engine, in the version this module is written for.
    pub(super) fn load(file: &Path) -> Result<&'static Self, String> {
        // SAFETY: this runs the initializers of the file, which is the one the user chose as the
        // engine. libchdb's own do no more than set up its globals.
        let library = unsafe { libloading::Library::new(file) }.map_err(|error| in_full(&error))?;
        // Unloading is never safe: neither for the engine, whose threads may run until the end,
        // nor for a library that is not known.
        let library = Box::leak(Box::new(library));
        check_version(library)?;
        // SAFETY: the signatures are those of `chdb.h` in the version that was just checked.
        let symbols = unsafe { Symbols::find(library) }.map_err(|error| in_full(&error))?;
        // SAFETY: no precondition. Without this the engine would take over the signals of the process.
        unsafe { (symbols.chdb_set_signal_handlers_enabled)(0) };
        Ok(Box::leak(Box::new(Self(symbols))))
    }

    /// Stops the threads of the engine, if no connection is open. No connection can be opened
    /// afterwards.
    ///
    /// The library reports failure whenever a MergeTree table was used, because a few idle threads
    /// stay parked; they end with the process. So the result says nothing that could be acted on.
    pub(super) fn shut_down(&self) {
        // SAFETY: no precondition; with open connections it does nothing.
        let _: c_int = unsafe { (self.0.chdb_shutdown)() };
    }
}

fn check_version(library: &libloading::Library) -> Result<(), String> {
    type Version = unsafe extern "C" fn() -> *const c_char;
    // SAFETY: every libchdb since 26.7 exports the function with this signature, and nothing else
    // is known to have one of this name.
    let version = unsafe { library.get::<Version>("chdb_version") }
        .map_err(|error| format!("it is not libchdb {ENGINE_VERSION}: {}", in_full(&error)))?;
    // SAFETY: as above; the text is a constant of the library.
    let version = unsafe { text(version()) }.unwrap_or_default();
    if version == ENGINE_VERSION {
        Ok(())
    } else {
        Err(format!("it is libchdb {version}, and this antler needs {ENGINE_VERSION}"))
    }
}

/// What failed, and what the system's loader said of it.
fn in_full(error: &dyn Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

/// An open connection. Closed on drop.
pub(super) struct Connection {
    library: &'static Library,
    /// The handle to close. What it points to is the handle that runs statements.
    handle: NonNull<*mut RawConnection>,
}

// SAFETY: the library guards a connection with its own locks and keeps none of its state in
// thread-locals: opening, using and closing one on different threads is tested.
unsafe impl Send for Connection {}

impl Connection {
    /// Opens a connection; the first of a process starts the engine. `None` when the engine
    /// refused, for a reason that it writes to the standard error output.
    pub(super) fn open(library: &'static Library, arguments: &[CString]) -> Option<Self> {
        let count = c_int::try_from(arguments.len()).ok()?;
        let mut pointers: Vec<_> = arguments.iter().map(|argument| argument.as_ptr()).collect();
        pointers.push(ptr::null());
        // SAFETY: `pointers` has `count` C strings and a null, like the arguments of a program;
        // they outlive the call, which copies them.
        let handle = unsafe { (library.0.chdb_connect)(count, pointers.as_ptr()) };
        Some(Self { library, handle: NonNull::new(handle)? })
    }

    /// Runs a statement and returns its answer in an output format.
    pub(super) fn query(&mut self, statement: &str, format: &str) -> Result<Vec<u8>, String> {
        // SAFETY: the connection is open, and both texts are given with their lengths.
        let answer = unsafe {
            (self.library.0.chdb_query_n)(
                self.inner(),
                statement.as_ptr(),
                statement.len(),
                format.as_ptr(),
                format.len(),
            )
        };
        Answer { symbols: &self.library.0, handle: answer }.into_bytes()
    }

    /// Runs an insert whose rows are given in an input format.
    pub(super) fn insert(&mut self, statement: &str, format: &str, rows: &[u8]) -> Result<(), String> {
        // SAFETY: as in `query`. The stream is freed before this method returns, so the
        // connection outlives it and runs nothing else meanwhile.
        let stream = unsafe {
            (self.library.0.chdb_stream_insert_n)(
                self.inner(),
                statement.as_ptr(),
                statement.len(),
                format.as_ptr(),
                format.len(),
            )
        };
        let mut stream = InsertStream { symbols: &self.library.0, handle: stream };
        stream.check()?;
        stream.append(rows)?;
        stream.finish()
    }

    fn inner(&self) -> *mut RawConnection {
        // SAFETY: `chdb_connect` returned a pointer to a handle, valid until `chdb_close_conn`.
        unsafe { *self.handle.as_ptr() }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // SAFETY: the handle is open, and this is its only owner.
        unsafe { (self.library.0.chdb_close_conn)(self.handle.as_ptr()) }
    }
}

/// What a statement returned. Freed on drop; the library's functions accept null.
struct Answer<'a> {
    symbols: &'a Symbols,
    handle: *mut RawAnswer,
}

impl Answer<'_> {
    fn into_bytes(self) -> Result<Vec<u8>, String> {
        if self.handle.is_null() {
            return Err("the engine gave no answer".to_owned());
        }
        // SAFETY: the answer is alive; the message lives as long.
        if let Some(error) = unsafe { text((self.symbols.chdb_result_error)(self.handle)) } {
            return Err(error);
        }
        // SAFETY: the answer is alive.
        let (start, length) = unsafe {
            ((self.symbols.chdb_result_buffer)(self.handle), (self.symbols.chdb_result_length)(self.handle))
        };
        if start.is_null() || length == 0 {
            return Ok(Vec::new());
        }
        // SAFETY: the buffer has this length and lives until the answer is freed, after the copy.
        Ok(unsafe { slice::from_raw_parts(start, length) }.to_vec())
    }
}

impl Drop for Answer<'_> {
    fn drop(&mut self) {
        if !self.handle.is_null() {
            // SAFETY: the handle is alive, and this is its only owner.
            unsafe { (self.symbols.chdb_destroy_query_result)(self.handle) }
        }
    }
}

/// An insert under way. Freed on drop, which cancels what was not finished.
struct InsertStream<'a> {
    symbols: &'a Symbols,
    /// Never null: a refused insert is a stream with an error.
    handle: *mut RawStream,
}

impl InsertStream<'_> {
    /// The first error of the stream.
    fn check(&self) -> Result<(), String> {
        // SAFETY: the stream is alive; the message lives as long.
        match unsafe { text((self.symbols.chdb_stream_insert_error)(self.handle)) } {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    fn append(&mut self, rows: &[u8]) -> Result<(), String> {
        // SAFETY: the stream is alive; the rows are copied before the call returns.
        let status =
            unsafe { (self.symbols.chdb_stream_append)(self.handle, rows.as_ptr().cast(), rows.len()) };
        if status == 0 {
            return Ok(());
        }
        self.check()?;
        // The message of a row that failed while others were still being taken is in the result.
        self.finish()?;
        Err("the engine stopped taking rows".to_owned())
    }

    fn finish(&mut self) -> Result<(), String> {
        // SAFETY: the stream is alive; finishing one that failed returns its error.
        let answer = unsafe { (self.symbols.chdb_stream_done)(self.handle) };
        Answer { symbols: self.symbols, handle: answer }.into_bytes().map(drop)
    }
}

impl Drop for InsertStream<'_> {
    fn drop(&mut self) {
        // SAFETY: the stream is alive, and this is its only owner.
        unsafe { (self.symbols.chdb_destroy_insert_stream)(self.handle) }
    }
}

/// Copies a text of the library, `None` for null.
///
/// # Safety
/// The pointer is null or points to a C string.
unsafe fn text(pointer: *const c_char) -> Option<String> {
    if pointer.is_null() {
        return None;
    }
    // SAFETY: not null, and the caller vouches for the rest.
    Some(unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned())
}
