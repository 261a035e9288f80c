export const DEVICE = "device";
