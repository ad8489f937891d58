#!/usr/bin/env bash
# dns2's helper for a client subnet tells name servers a whole address where it was asked to tell them nothing of it.
# RFC 7871, 7.1.2: a source prefix of 0 is how whoever asks keeps the address private.
set -euo pipefail

version=3.1.1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --ignore-scripts "dns2@$version" >/dev/null

cat >ask.mjs <<'JS'
import { Packet } from "dns2";

const told = (subnet) => {
  const packet = new Packet();
  packet.questions.push(new Packet.Question("example.com", Packet.TYPE.A, Packet.CLASS.IN));
  packet.additionals.push(Packet.Resource.EDNS([Packet.Resource.EDNS.ECS(subnet)]));
  const [option] = Packet.parse(packet.toBuffer()).additionals[0].rdata;
  return `${option.ip}/${option.sourcePrefixLength}`;
};
for (const subnet of ["198.51.100.77/24", "198.51.100.77/0", "198.51.100.77/20"]) console.log(`${subnet} -> ${told(subnet)}`);
JS

echo "dns2 $version, Node $(node --version)"
echo "Asked to tell -> told to the name server (expected: 198.51.100.0/24, 0.0.0.0/0, 198.51.96.0/20)"
seen=$(node ask.mjs)
echo "$seen"
expected="198.51.100.77/24 -> 198.51.100.0/24
198.51.100.77/0 -> 198.51.100.77/32
198.51.100.77/20 -> 198.51.100.0/20"
if [ "$seen" != "$expected" ]; then
  echo "This has changed: see whether the note in findings/README.md still holds" >&2
  exit 1
fi
