export const LEVELS = ["low", "high"] as const;
export type Level = (typeof LEVELS)[number];
