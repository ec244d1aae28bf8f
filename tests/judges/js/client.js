// One pod's program with the AWS SDK for JavaScript v3: see ../programs.py for what it reads and prints.
import { createInterface } from "node:readline";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

const sts = new STSClient({});
const secrets = new SecretsManagerClient({});

async function run([word, name]) {
  if (word === "secret") {
    return { secret: (await secrets.send(new GetSecretValueCommand({ SecretId: name }))).SecretString };
  }
  return { arn: (await sts.send(new GetCallerIdentityCommand({}))).Arn };
}

function told(error) {
  const { httpStatusCode, requestId } = error.$metadata ?? {};
  const { name, message } = error;
  return { text: `${error}`, code: name, message, status: httpStatusCode, requestId };
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await run(line.split(" ")).catch(told)));
}
