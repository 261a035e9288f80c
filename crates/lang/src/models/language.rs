//! The languages that models are written in, and the words they use for what they share.

use std::sync::Arc;

use antler_core::diagnostic::SourceFile;

use super::{
    aliases::Aliases,
    avro, json_schema,
    outline::{Outline, Span, Type},
    prisma, protobuf, python, typescript,
};

/// A language that models are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    TypeScript,
    Python,
    Prisma,
    JsonSchema,
    Avro,
    Protobuf,
}

impl Language {
    /// The language of a file; `None` if there are no models in files of that name.
    pub fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        match name.rsplit_once('.')?.1 {
            "ts" if name.ends_with(".d.ts") || name.ends_with(".generated.ts") => None,
            "ts" => Some(Self::TypeScript),
            "py" => Some(Self::Python),
            "prisma" => Some(Self::Prisma),
            "json" => Some(Self::JsonSchema),
            "avsc" => Some(Self::Avro),
            "proto" => Some(Self::Protobuf),
            _ => None,
        }
    }

    /// Reads what a file declares.
    pub fn read(self, file: &Arc<SourceFile>, aliases: &Aliases) -> Outline {
        match self {
            Self::TypeScript => typescript::read(file, aliases),
            Self::Python => python::read(file),
            Self::Prisma => prisma::read(file),
            Self::JsonSchema => json_schema::read(file),
            Self::Avro => avro::read(file),
            Self::Protobuf => protobuf::read(file),
        }
    }

    /// A type that the language or one of its libraries brings along, known by its name.
    pub fn known(self, at: &Span, name: &str, arguments: &[Type]) -> Option<Type> {
        match self {
            Self::TypeScript => typescript::known(at, name, arguments),
            Self::Python => python::known(at, name, arguments),
            Self::Prisma => prisma::known(at, name),
            Self::JsonSchema | Self::Avro | Self::Protobuf => None,
        }
    }

    /// Whether a name is a mark, such as that of keys, and not a type of its own.
    pub fn is_mark(self, name: &str) -> bool {
        match self {
            Self::TypeScript | Self::Python => {
                matches!(name, "Key" | "JWT" | "AntlerColumn" | "ClickHouseInt" | "ClickHouseDecimal")
            }
            Self::Prisma | Self::JsonSchema | Self::Avro | Self::Protobuf => false,
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
            Self::Prisma => format!(
                "Mark the field that identifies an event, such as `id String @id`. If `{name}` is a part of other models, declare it with `type`."
            ),
            Self::JsonSchema => format!(
                "Mark the property that identifies an event with `\"x-antler-key\": true`. If `{name}` is a part of other models, refer to it with `$ref`."
            ),
            Self::Avro => format!(
                "Give the field that identifies an event the property `\"x-antler-key\": true`. If `{name}` is a part of other models, declare it where it is used."
            ),
            Self::Protobuf => format!(
                "Write `// @key` before or behind the field that identifies an event. If `{name}` is a part of other models, use it in one of them."
            ),
        }
    }

    /// What marks a key.
    pub fn key_mark(self) -> &'static str {
        match self {
            Self::TypeScript | Self::Python => "a `Key`",
            Self::Prisma => "marked with `@id`",
            Self::JsonSchema | Self::Avro => "marked with `\"x-antler-key\": true`",
            Self::Protobuf => "marked with `@key`",
        }
    }

    /// What the setting about unknown fields is called.
    pub fn unknown_fields_setting(self) -> &'static str {
        match self {
            Self::TypeScript | Self::Prisma | Self::JsonSchema | Self::Avro | Self::Protobuf => {
                "unknownFields"
            }
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
            Self::Prisma | Self::Protobuf => "Use one type.",
            Self::JsonSchema => {
                "Use one type, perhaps with null as in `\"type\": [\"string\", \"null\"]`, or an `enum` of texts or of integers."
            }
            Self::Avro => "Use one type, perhaps with null as in `[\"null\", \"string\"]`.",
        }
    }

    /// How to say that an element may be nothing.
    pub fn null_item_help(self) -> &'static str {
        match self {
            Self::TypeScript => "Use `null`: JSON has no `undefined` in lists.",
            Self::Python => "Use `Optional[T]`.",
            Self::Prisma | Self::JsonSchema | Self::Avro | Self::Protobuf => {
                "Use a type that is always there."
            }
        }
    }

    /// How to make a name known that is not.
    pub fn name_help(self) -> &'static str {
        match self {
            Self::TypeScript | Self::Python => "Declare it here, or import it.",
            Self::Prisma => "Declare it in this file, with `type` or `enum`.",
            Self::JsonSchema => "Check the pointer, and describe it under `$defs`.",
            Self::Avro => "Declare it in this file, with its namespace, where it is used first.",
            Self::Protobuf => "Declare it in this file, or import the file that does.",
        }
    }
}
