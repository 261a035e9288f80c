export const KINDS = ["click", "tap"] as const;
export type Kind = (typeof KINDS)[number];
