//! Masking of passwords in a text that people are going to see.

/// Writes `*` over what follows a key that sounds secret, to the end of its line. Every byte keeps
/// its place, so that spans of the file itself can be shown in the result.
pub fn masked(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (shown, hidden) = line.split_at(secret_start(line));
        masked.push_str(shown);
        for c in hidden.chars() {
            match c {
                '\r' | '\n' => masked.push(c),
                _ => masked.extend(std::iter::repeat_n('*', c.len_utf8())),
            }
        }
    }
    masked
}

/// Where the value of a secret begins in a line, or the line's end.
fn secret_start(line: &str) -> usize {
    let lower = line.to_ascii_lowercase();
    ["password", "secret", "token", "credential"]
        .iter()
        .filter_map(|word| lower.find(word))
        .filter_map(|at| lower[at..].find(['=', ':']).map(|sign| at + sign + 1))
        .min()
        .unwrap_or(line.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_a_secret_key_is_masked_to_the_end_of_its_line() {
        let text = "user = 'u'\r\nsasl_password = \"grün\" # x\r\na = { API_TOKEN = 'y' }\n";
        let shown = masked(text);
        assert_eq!(shown, "user = 'u'\r\nsasl_password =************\r\na = { API_TOKEN =******\n");
        assert_eq!(shown.len(), text.len());
    }
}
