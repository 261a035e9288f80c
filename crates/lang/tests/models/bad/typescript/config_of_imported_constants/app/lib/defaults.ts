import { LOOP } from "../datamodels/reading";
export const order = ["device", pick(), LOOP];
export const NAMES = ["nothing"];
export let changing = ["device"];
export const shared = { storage: { order_by_fields: order } };
