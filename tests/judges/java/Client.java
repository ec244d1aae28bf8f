// One pod's program with the AWS SDK for Java v2: see ../programs.py for what it reads and prints.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.protocols.jsoncore.JsonWriter;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.sts.StsClient;

class Client {
    private final StsClient sts = StsClient.create();
    private SecretsManagerClient secrets;

    public static void main(String[] args) throws Exception {
        var client = new Client();
        var lines = new BufferedReader(new InputStreamReader(System.in));
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            Map<String, String> answer;
            try {
                answer = client.run(line.split(" "));
            } catch (RuntimeException e) {
                answer = told(e);
            }
            System.out.println(json(answer));
        }
    }

    private Map<String, String> run(String[] words) {
        if (words[0].equals("secret")) {
            if (secrets == null) {
                secrets = SecretsManagerClient.create();
            }
            return Map.of("secret", secrets.getSecretValue(r -> r.secretId(words[1])).secretString());
        }
        return Map.of("arn", sts.getCallerIdentity().arn());
    }

    private static Map<String, String> told(RuntimeException error) {
        var answer = new LinkedHashMap<String, String>();
        answer.put("text", error.toString());
        if (error instanceof AwsServiceException e) {
            answer.put("code", e.awsErrorDetails().errorCode());
            answer.put("message", e.awsErrorDetails().errorMessage());
            answer.put("status", String.valueOf(e.statusCode()));
            answer.put("requestId", e.requestId());
        }
        return answer;
    }

    private static String json(Map<String, String> members) {
        var writer = JsonWriter.create().writeStartObject();
        members.forEach((name, value) -> writer.writeFieldName(name).writeValue(value));
        return new String(writer.writeEndObject().getBytes(), StandardCharsets.UTF_8);
    }
}
