//! What names in a Protobuf file may refer to: types of the file, and of those that it imports.

use std::collections::BTreeMap;

use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorProto};

/// The names of a file. Full ones begin with a dot and have the package before them.
pub(super) struct Names {
    package: Vec<String>,
    /// The types of the file: their names without the package, and whether they are enums.
    local: BTreeMap<String, (String, bool)>,
    modules: Vec<String>,
}

impl Names {
    pub fn new(file: &FileDescriptorProto) -> Self {
        let package = file.package().split('.').filter(|part| !part.is_empty()).map(str::to_owned);
        let own = |module: &&String| !module.starts_with("google/protobuf/");
        let mut names = Self {
            package: package.collect(),
            local: BTreeMap::new(),
            modules: file.dependency.iter().filter(own).cloned().collect(),
        };
        names.enums(&file.enum_type, "");
        names.messages(&file.message_type, "");
        names
    }

    fn messages(&mut self, messages: &[DescriptorProto], before: &str) {
        for message in messages {
            let name = format!("{before}{}", message.name());
            self.local.insert(self.full(&name), (name.clone(), false));
            let inside = format!("{name}.");
            self.messages(&message.nested_type, &inside);
            self.enums(&message.enum_type, &inside);
        }
    }

    fn enums(&mut self, enums: &[EnumDescriptorProto], before: &str) {
        for of in enums {
            let name = format!("{before}{}", of.name());
            self.local.insert(self.full(&name), (name, true));
        }
    }

    /// The full name of a type of the file.
    pub fn full(&self, name: &str) -> String {
        let package: String = self.package.iter().map(|part| format!(".{part}")).collect();
        format!("{package}.{name}")
    }

    /// The full names that a name inside of messages may stand for, the innermost first.
    pub fn candidates(&self, name: &str, scope: &[&str]) -> Vec<String> {
        if name.starts_with('.') {
            return vec![name.to_owned()];
        }
        let around: Vec<&str> =
            self.package.iter().map(String::as_str).chain(scope.iter().copied()).collect();
        let within = |n: usize| {
            let parts = around.iter().take(n).chain([&name]);
            parts.map(|part| format!(".{part}")).collect()
        };
        (0..=around.len()).rev().map(within).collect()
    }

    /// The type of the file with a full name, and whether it is an enum.
    pub fn local(&self, full: &str) -> Option<(&str, bool)> {
        self.local.get(full).map(|(name, is_enum)| (name.as_str(), *is_enum))
    }

    /// What the file imports, apart from what comes with Protobuf.
    pub fn modules(&self) -> &[String] {
        &self.modules
    }
}

/// The files that an import may mean: below the folder of the file or one that it is in, since projects
/// differ in which one is the root.
pub(super) fn files(from: &str, module: &str) -> Vec<String> {
    let mut folder = from;
    let mut files = Vec::new();
    while let Some((above, _)) = folder.rsplit_once('/') {
        files.push(format!("{above}/{module}"));
        folder = above;
    }
    files.push(module.to_owned());
    files
}
