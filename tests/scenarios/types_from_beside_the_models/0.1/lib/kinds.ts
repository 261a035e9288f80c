export const KINDS = ["click", "swipe", "tap"] as const;
export type Kind = (typeof KINDS)[number];
