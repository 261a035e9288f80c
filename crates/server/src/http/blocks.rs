//! Cutting the records of a request into blocks of a topic.

use antler_store::topics::NewBlock;

use super::sorted::Lines;

/// The largest block of a topic, in records and bytes: a sink reads whole blocks, and one should
/// fit well into a batch.
const BLOCK: (u32, usize) = (50_000, 8 << 20);

/// Cuts records into blocks: one for nearly every body.
pub(super) fn blocks(lines: Lines, received_at: i64) -> Vec<NewBlock> {
    let Lines { records: mut left, mut ndjson } = lines;
    let mut blocks = Vec::new();
    while left > BLOCK.0 || (left > 1 && ndjson.len() > BLOCK.1) {
        let mut taken = 0;
        let mut end = 0;
        for line in ndjson.split_inclusive(|byte| *byte == b'\n') {
            if taken > 0 && (taken == BLOCK.0 || end + line.len() > BLOCK.1) {
                break;
            }
            taken += 1;
            end += line.len();
        }
        let rest = ndjson.split_off(end);
        blocks.push(NewBlock { records: taken, received_at, ndjson: std::mem::replace(&mut ndjson, rest) });
        left -= taken;
    }
    if left > 0 {
        blocks.push(NewBlock { records: left, received_at, ndjson });
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_records_are_cut_into_blocks_at_the_ends_of_lines() {
        let cut = |records, ndjson| blocks(Lines { records, ndjson }, 7);
        let records = |blocks: &[NewBlock]| blocks.iter().map(|block| block.records).collect::<Vec<_>>();
        let ndjson: Vec<u8> = (0..120_000).flat_map(|i| format!("{{\"n\":{i}}}\n").into_bytes()).collect();
        let many = cut(120_000, ndjson.clone());
        assert_eq!(records(&many), [50_000, 50_000, 20_000]);
        assert!(many.iter().all(|block| block.check().is_ok()));
        assert_eq!(many.into_iter().flat_map(|block| block.ndjson).collect::<Vec<_>>(), ndjson);

        let long = [vec![b'x'; 9 << 20], vec![b'\n'], b"y\n".to_vec()].concat();
        assert_eq!(records(&cut(2, long)), [1, 1]);
        assert!(cut(0, Vec::new()).is_empty());
    }
}
