export default function migrate(event: any) {
  const { score, ...rest } = event;
  return rest;
}
