# The app and the server for other programs in one image, without any data. See docs/serving.md.
#   docker build -t emotion .
FROM python:3.12-slim AS build
RUN python -m venv /opt/emotion
ENV PATH=/opt/emotion/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY requirements.txt ./
RUN pip install -r requirements.txt "streamlit[auth]"
COPY pyproject.toml README.md LICENSE streamlit_app.py ./
COPY .streamlit/config.toml .streamlit/
COPY emotion emotion
COPY pages pages
# TensorFlow's headers are for compilers only: 290 MB.
RUN pip install --no-deps . && rm -r /opt/emotion/lib/python3*/site-packages/tensorflow/include

FROM python:3.12-slim
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin emotion \
    && install -d -o emotion -g emotion /data
COPY --from=build /opt/emotion /opt/emotion
# Whatever is kept lies in /data. The root may be read-only: HOME is where libraries look for their settings.
ENV PATH=/opt/emotion/bin:$PATH EMOTION_HOME=/data HOME=/tmp MPLCONFIGDIR=/tmp PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
# Else Streamlit asks a server on the internet under which address it is seen, to print it.
ENV STREAMLIT_BROWSER_SERVER_ADDRESS=localhost
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8501 8600
# Without a key in a file or in EMOTION_API_KEY it says that one is needed, and ends.
CMD ["emotion", "serve", "--host", "0.0.0.0"]
