//! The languages that models are written in, and the words they use for what they share.

use std::sync::Arc;

use antler_core::diagnostic::SourceFile;

use super::{
    aliases::Aliases,
    outline::{Outline, Span, Type},
    python, typescript,
};

/// A language that models are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    TypeScript,
    Python,
}

impl Language {
    /// The language of a file; `None` if there are no models in files of that name.
    pub fn of(path: &str) -> Option<Self> {
        if path.ends_with(".d.ts") || path.ends_with(".generated.ts") {
            None
        } else if path.ends_with(".ts") {
            Some(Self::TypeScript)
        } else if path.ends_with(".py") {
            Some(Self::Python)
        } else {
            None
        }
    }

    /// Reads what a file declares.
    pub fn read(self, file: &Arc<SourceFile>, aliases: &Aliases) -> Outline {
        match self {
            Self::TypeScript => typescript::read(file, aliases),
            Self::Python => python::read(file),
        }
    }

    /// A type that the language or one of its libraries brings along, known by its name.
    pub fn known(self, at: &Span, name: &str, arguments: &[Type]) -> Option<Type> {
        match self {
            Self::TypeScript => typescript::known(at, name, arguments),
            Self::Python => python::known(at, name, arguments),
        }
    }

    /// How to give a model a key.
    pub fn key_help(self, name: &str) -> String {
        match self {
            Self::TypeScript => format!(
                "Mark the field that identifies an event, such as `id: Key<string>`, or list fields as `storage.order_by_fields` in its configuration. If `{name}` is a part of other models, use it in one of them or do not export it."
            ),
            Self::Python => format!(
                "Mark the field that identifies an event, such as `id: Key[str]`, or list fields as `order_by_fields` of its `StorageConfig`. If `{name}` is a part of other models, use it in one of them."
            ),
        }
    }

    /// What the setting about unknown fields is called.
    pub fn unknown_fields_setting(self) -> &'static str {
        match self {
            Self::TypeScript => "unknownFields",
            Self::Python => "unknown_fields",
        }
    }

    /// How to give a value one type.
    pub fn union_help(self) -> &'static str {
        match self {
            Self::TypeScript => {
                "Use one type, `T | null`, or a union of string literals or of integers such as `\"a\" | \"b\"`."
            }
            Self::Python => {
                "Use one type, `Optional[T]`, or `Literal` with texts or integers such as `Literal[\"a\", \"b\"]`."
            }
        }
    }

    /// How to say that an element may be nothing.
    pub fn null_item_help(self) -> &'static str {
        match self {
            Self::TypeScript => "Use `null`: JSON has no `undefined` in lists.",
            Self::Python => "Use `Optional[T]`.",
        }
    }
}
