import type { Flags as Old } from "../../.antler/versions/0_0";
import type { Flags } from "../datamodels/models";

const ADMIN = 1 << 2;

export default function migrate(row: Old): Flags {
  return {
    id: row.id,
    isAdmin: (row.n & ADMIN) !== 0,
    mixed: (row.n | row.m) ^ 0xff,
    inverted: ~row.n,
    left: row.n << row.m,
    right: row.n >> 3,
    unsigned: row.n >>> row.m,
    whole: row.n | 0,
    squared: row.n ** 2 + Math.pow(row.m, 2),
    hex: (row.n >>> 0).toString(16) + " " + (row.m & 255).toString(2),
    fromHex: parseInt(row.text, 16),
    told: parseInt(row.text),
    binary: parseInt(row.text, 2),
    octal: Number.parseInt(row.text, 8),
  };
}
