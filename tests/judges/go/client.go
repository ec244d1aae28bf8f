// One pod's program with the AWS SDK for Go v2: see ../programs.py for what it reads and prints.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

type pod struct {
	sts     *sts.Client
	secrets *secretsmanager.Client
}

func main() {
	ctx := context.Background()
	cfg, err := config.LoadDefaultConfig(ctx)
	p := pod{sts.NewFromConfig(cfg), secretsmanager.NewFromConfig(cfg)}
	out := json.NewEncoder(os.Stdout)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		answer := map[string]any{}
		if err == nil {
			answer, err = p.run(ctx, strings.Fields(lines.Text()))
		}
		if err != nil {
			answer = told(err)
			err = nil
		}
		if out.Encode(answer) != nil {
			return
		}
	}
}

func (p pod) run(ctx context.Context, words []string) (map[string]any, error) {
	if words[0] == "secret" {
		value, err := p.secrets.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &words[1]})
		if err != nil {
			return nil, err
		}
		return map[string]any{"secret": aws.ToString(value.SecretString)}, nil
	}
	caller, err := p.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return nil, err
	}
	return map[string]any{"arn": aws.ToString(caller.Arn)}, nil
}

func told(err error) map[string]any {
	answer := map[string]any{"text": err.Error()}
	var api smithy.APIError
	if errors.As(err, &api) {
		answer["code"], answer["message"] = api.ErrorCode(), api.ErrorMessage()
	}
	var response *http.ResponseError
	if errors.As(err, &response) {
		answer["status"], answer["requestId"] = response.HTTPStatusCode(), response.ServiceRequestID()
	}
	return answer
}
