export default function migrate(event: any) {
  const { lat, lon, ...rest } = event;
  return { ...rest, at: { lat, lon } };
}
