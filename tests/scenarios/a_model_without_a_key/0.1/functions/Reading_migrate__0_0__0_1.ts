export default function migrate(reading: any) {
  return { ...reading, unit: "C" };
}
