export type Money = { amount: number; currency: "EUR" | "NOK" };
