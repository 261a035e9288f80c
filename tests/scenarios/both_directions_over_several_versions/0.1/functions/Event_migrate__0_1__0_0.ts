export default function migrate(event: any) {
  const { loud, ...rest } = event;
  return rest;
}
