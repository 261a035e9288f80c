import { DEVICE as device } from "./names";

const strict = "refuse";

export const ORDER = [device, "at"];
export const shared = { ingestion: { format: "JSON_ARRAY", unknownFields: strict } };
const storage = { enabled: true, order_by_fields: ORDER };
export default storage;
export { storage as defaults };
